"""Source as a syntax tree, whatever other tests left for the collector.

Python 3.11 counts how deep it is in a tree once for all trees: what is told of a lost task while one is being made
parses lines of its own, and the count is wrong (python/cpython#106905).
"""

from __future__ import annotations

import ast
import gc


def parsed(source: str) -> ast.Module:
    collecting = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if collecting:
            gc.enable()
