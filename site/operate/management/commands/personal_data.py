"""Hand over or erase what is kept under an address: `personal_data export a@b.example`."""

import json

from django.core.management.base import BaseCommand
from django.core.validators import validate_email

from core.personal_data import personal_data


class Command(BaseCommand):
    help = "Export as JSON, or erase, what every part of the site keeps under an address."

    def add_arguments(self, parser) -> None:
        parser.add_argument("deed", choices=["export", "erase"])
        parser.add_argument("address")

    def handle(self, *, deed: str, address: str, **options) -> None:
        validate_email(address)
        if deed == "export":
            kept = {part.name: part.export(address) for part in personal_data}
            self.stdout.write(json.dumps(kept, ensure_ascii=False, indent=2))
            return
        for part in personal_data:
            self.stdout.write(f"{part.name}: {part.erase(address)} erased")
