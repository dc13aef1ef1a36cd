"""What to do: which system moves where and when, proven, verified and explained."""

__all__: list[str] = []
