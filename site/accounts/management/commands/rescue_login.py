"""Let a locked-out administrator in: `rescue_login ines@ill.example.org`."""

from django.core.management import BaseCommand, CommandError

from accounts.models import User
from accounts.rescue import VALID_FOR, rescue_address
from accounts.strength import is_staff


class Command(BaseCommand):
    help = "Print a link that signs staff in once and leads to setting up the second step anew."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email", help="whom to let in")

    def handle(self, *, email: str, **options) -> None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError("Nobody has an account with this address.")
        if not is_staff(user):
            raise CommandError("This account has no rights of staff: a mailed code lets it in.")
        self.stdout.write(rescue_address(user))
        minutes = int(VALID_FOR.total_seconds() / 60)
        self.stderr.write(f"It works once, within {minutes} minutes. Pass it on to nobody else.")
