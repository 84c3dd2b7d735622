"""Accounts and the diet profile."""

from __future__ import annotations

from typing import Any

from allauth.account.views import (
    LoginView,
    PasswordResetFromKeyView,
    PasswordResetView,
    SignupView,
)
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from shop import shoppers
from shop.accounts import EMAIL_TAKEN, bring_along
from shop.forms import EMAIL_WORDS, DefaultBudgetForm, DietForm
from shop.models import Cart, DietProfile, Member
from shop.money import text
from tracking import visitor

DEMO_MEMBERS = 6


class Told(FormView):
    """A form that was refused is shown again with the status of a refusal.

    Its fields are named as on the checkout, without grey words in them that say the same.
    """

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        for name, field in form.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("login", "email"):
                field.label = "E-mail address"
                field.error_messages |= EMAIL_WORDS
            elif name.startswith("password"):
                field.error_messages["required"] = "Please give a password."
        return form

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return response


class SignIn(Told, LoginView):
    """By e-mail address and password; what the visitor had comes along (``shop/accounts.py``)."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        # The page has a link of its own for a forgotten one.
        form.fields["password"].help_text = ""
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = Member.objects.filter(household_id__isnull=False).order_by("household_id")
        members = list(demo[:DEMO_MEMBERS]) if settings.DEBUG else []
        context: dict[str, Any] = super().get_context_data(demo_members=members, **kwargs)
        return context


class SignUp(Told, SignupView):
    """Opens an account; the address is proved by a mail."""

    success_url = reverse_lazy("diet")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
        except IntegrityError:
            # The form was sent twice at once; the database's own words would name the address.
            form.add_error("email", EMAIL_TAKEN)
            return self.form_invalid(form)
        return response


class AskForPassword(Told, PasswordResetView):
    """Sends a link for a new password, if there is such an account."""


class NewPassword(Told, PasswordResetFromKeyView):
    """Behind that link."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["password1"].label = "New password"
        form.fields["password2"].label = "New password once more"
        return form


class SignOut(LogoutView):
    """By POST only."""


@require_POST
def sign_in_demo(request: HttpRequest) -> HttpResponse:
    """One press signs in as a household of the demo data; only in debug mode."""
    if not settings.DEBUG:
        raise Http404
    wanted = request.POST.get("member", "")
    demo = Member.objects.filter(household_id__isnull=False, is_staff=False)
    member = get_object_or_404(demo, pk=int(wanted) if wanted.isdecimal() else 0)
    _sign_in(request, member)
    messages.success(request, f"You shop as household {member.household_id}.")
    return redirect("home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def diet(request: HttpRequest) -> HttpResponse:
    """The tags that must be met, of a member or a visitor; for a member the account's one page."""
    if request.method == "POST":
        form = DietForm(request.POST)
        if form.is_valid():
            DietProfile.objects.update_or_create(
                shopper_key=visitor.ensure(request).shopper_key,
                defaults={"diet_tags": form.cleaned_data["diet_tags"]},
            )
            messages.success(request, "Kept. Alternatives follow it from now on.")
            return redirect("diet")
    else:
        known = shoppers.preferences(visitor.of(request).shopper_key)
        form = DietForm(initial={"diet_tags": list(known.diet_tags)})
    return _shown(request, form, DefaultBudgetForm(initial=_kept(request)))


@require_POST
def default_budget(request: HttpRequest) -> HttpResponse:
    """What a member's new carts start with; an empty cart is a new one."""
    caller = visitor.of(request)
    if caller.member_id is None:
        return redirect_to_login(reverse("diet"))
    form = DefaultBudgetForm(request.POST)
    if not form.is_valid():
        known = shoppers.preferences(caller.shopper_key)
        return _shown(request, DietForm(initial={"diet_tags": list(known.diet_tags)}), form)
    budget = form.cleaned_data["default_budget"]
    Member.objects.filter(pk=caller.member_id).update(default_budget=budget)
    empty = Cart.objects.filter(shopper_key=caller.shopper_key, lines=None)
    empty.update(budget=budget)
    if budget is None:
        messages.success(request, "A new cart starts without a budget.")
    else:
        messages.success(request, f"A new cart starts with a budget of {text(budget)}.")
    return redirect("diet")


def _kept(request: HttpRequest) -> dict[str, Any]:
    return {"default_budget": getattr(request.user, "default_budget", None)}


def _shown(request: HttpRequest, form: DietForm, budget_form: DefaultBudgetForm) -> HttpResponse:
    wrong = bool(form.errors or budget_form.errors)
    context = {"form": form, "budget_form": budget_form}
    return render(request, "account/diet.html", context, status=422 if wrong else 200)


def _sign_in(request: HttpRequest, member: Member) -> None:
    guest = visitor.of(request)
    login(request, member, backend="django.contrib.auth.backends.ModelBackend")
    bring_along(request, guest, member)
