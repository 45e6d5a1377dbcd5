"""What the hub costs, as ratios against bare endpoints on the same databases. `make bench-hub`, docs/benchmarks.md."""
