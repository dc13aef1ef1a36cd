"""How it hangs together: the inventory as one graph, its levels, paths and pictures."""

__all__: list[str] = []
