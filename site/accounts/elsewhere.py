"""Signing in with another site; loaded only where the settings name one."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest


class ElsewhereAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Make an account for whoever brings an address that the other site has proven."""
        return any(address.verified for address in sociallogin.email_addresses)
