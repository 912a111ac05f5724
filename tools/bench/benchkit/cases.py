# SPDX-License-Identifier: ISC
"""What is measured. Each case is a function of a Bench: it returns rows for
the JSON file and prints its part of the table."""
from .distinct import distinct
from .growth import growth, null
from .killed import killed
from .single import single, verifies
from .strain import cold, holes, in_flight, latency

CASES = {'distinct': distinct, 'single': single, 'verifies': verifies,
         'growth': growth, 'null': null, 'killed': killed, 'holes': holes,
         'in-flight': in_flight, 'latency': latency,
         'cold': cold}
