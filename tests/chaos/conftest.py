from tests.live.conftest import live_rt

__all__ = ["live_rt"]
