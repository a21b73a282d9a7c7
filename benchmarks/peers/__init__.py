"""Chronicle beside its peers: one made-up history, the same questions, answers compared before times.

``python -m benchmarks.peers`` from the root of the project; what it measures and what it found is in
``docs/performance.md``. Nothing here is imported by the package.
"""
