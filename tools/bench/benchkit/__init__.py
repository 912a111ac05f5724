# SPDX-License-Identifier: ISC
"""The parts of tools/bench/scan."""
