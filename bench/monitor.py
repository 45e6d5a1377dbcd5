"""`python -m bench.monitor [--tickets N]`: what the supervisor's figures cost, as ratios measured in turns on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import figures, floor_screen
from bench.table import printed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="of the large store, ten events each")
    parser.add_argument("--cache", type=Path, default=Path(".cache/bench"), help="where the stores are kept")
    options = parser.parse_args()
    ratios = figures.run(options.cache, options.tickets) + floor_screen.run(options.cache, options.tickets)
    print(printed(ratios))
    return int(any(one.verdict == "MISSED" for one in ratios))


if __name__ == "__main__":
    sys.exit(main())
