"""The addresses of accounts, under the names that django-allauth looks them up by.

Signing in, up and out are the store's own pages (``shop/urls.py``) under a second name; asking for
a new password and choosing it are allauth's, with the store's words.
"""

from allauth.account import views as allauth
from django.urls import path, re_path

from shop.views import account

urlpatterns = [
    path("sign-in", account.SignIn.as_view(), name="account_login"),
    path("sign-out", account.SignOut.as_view(), name="account_logout"),
    path("sign-up", account.SignUp.as_view(), name="account_signup"),
    path("closed", allauth.account_inactive, name="account_inactive"),
    path("confirm", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("confirm/<str:key>", allauth.confirm_email, name="account_confirm_email"),
    path("password", account.AskForPassword.as_view(), name="account_reset_password"),
    path("password/sent", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        account.NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/changed",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
