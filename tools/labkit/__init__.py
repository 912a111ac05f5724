# SPDX-License-Identifier: ISC
"""The embedded lab: signed zones, scripted DNS and mail servers, loopback."""
