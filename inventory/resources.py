"""Where the files that are read at run time live, in a checkout and in an installed wheel."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Return the path of a shipped file or folder below ``configs``.

    Args:
        parts: path below ``configs``, for example ``("policies", "flavours.yaml")``.

    Raises:
        FileNotFoundError: the installation lacks the file.
    """
    for root in (_HERE.parent / "configs", _HERE / "_configs"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError("/".join(("configs", *parts)))


def policy(name: str) -> Path | None:
    """Return the shipped file of a list that a city need not bring itself, if there is one."""
    for suffix in (".yaml", ".csv"):
        try:
            return resource("policies", name + suffix)
        except FileNotFoundError:
            continue
    return None
