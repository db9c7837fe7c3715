"""What follows where persons and tags change that events name."""


def connect() -> None:
    pass
