"""What the workstation costs, as ratios: every pair measured in turns in one run. `make bench`, docs/benchmarks.md."""
