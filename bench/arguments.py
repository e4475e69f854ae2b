"""Arguments that the commands of `bench` have in common."""


def counts(text: str) -> list[int]:
    """``100,300`` as numbers."""
    return [int(part) for part in text.split(",")]
