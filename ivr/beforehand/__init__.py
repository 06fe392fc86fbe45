"""What is done before anybody calls: the forecast, the handshake, the drill."""

from ivr.beforehand.desk import RING_LEGS, BeforehandDesk

__all__ = ["RING_LEGS", "BeforehandDesk"]
