"""The pages of the web face, with what they share in ``state`` and ``jobs``."""
