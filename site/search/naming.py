"""What follows where a name changes that entries say: of a person, a tag, a kind."""

from collections.abc import Callable, Iterable

from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_delete

from core.findable import Findable
from search.entries import refresh, taking_turns


def follow_names(
    findable: Findable,
    models: Iterable[type[Model]],
    naming: Callable[[Model], list[int]],
) -> None:
    """Refresh the entries of what names one of these models' objects, renamed or deleted.

    `naming` returns the primary keys of the findable objects that name one.
    """
    kept = f"_{findable.label.replace('.', '_')}s_naming_it"

    def saved(instance: Model, created: bool, raw: bool = False, **kwargs) -> None:
        if not (created or raw):
            # Whose turn it is reads last what names it: nobody writes an old name after that.
            with taking_turns():
                refresh(findable, naming(instance))

    def to_be_deleted(instance: Model, **kwargs) -> None:
        # Once it is deleted, nothing tells any more who named it.
        setattr(instance, kept, naming(instance))

    def deleted(instance: Model, **kwargs) -> None:
        refresh(findable, getattr(instance, kept))

    for model in models:
        for signal, receiver in [
            (post_save, saved),
            (pre_delete, to_be_deleted),
            (post_delete, deleted),
        ]:
            signal.connect(receiver, sender=model, weak=False)
