from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from core.findable import findables
        from core.personal_data import PersonalData, personal_data
        from outbox.messages import messages
        from people import findable, keeping, searching, signals
        from people.letters import LETTER
        from search.offers import ask_at, host_names

        for one in findable.FINDABLES:
            findables.add(one)
        messages.add(LETTER)
        personal_data.add(PersonalData("persons", keeping.export_person, keeping.erase_person))
        host_names.add(searching.names_of_hosts)
        ask_at.add(searching.contact_address)
        signals.connect()
