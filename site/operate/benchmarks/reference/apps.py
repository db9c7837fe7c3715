from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "operate.benchmarks.reference"
