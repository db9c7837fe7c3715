"""Who may see mail and addresses, and who may set them right."""

from wagtail.permission_policies import ModelPermissionPolicy

from outbox.models import Address, Mail

mail_policy = ModelPermissionPolicy(Mail)
address_policy = ModelPermissionPolicy(Address)
SEE = ["view", "change"]
