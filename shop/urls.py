from django.urls import include, path

from shop.views import account, budget, cart, catalogue, checkout, pages, product

urlpatterns = [
    path("api/", include("shop.api.urls")),
    path("", catalogue.home, name="home"),
    path("search", catalogue.search, name="search"),
    path("search/suggest", catalogue.suggest, name="suggest"),
    path("c/<slug:slug>", catalogue.category, name="category"),
    path("p/<int:pk>", product.page, name="product"),
    path("p/<int:pk>/alternatives", product.alternatives, name="alternatives"),
    path("cart", cart.page, name="cart"),
    path("cart/add", cart.add, name="cart_add"),
    path("cart/budget", budget.change, name="cart_budget"),
    path("cart/lines/<int:line_id>", cart.line, name="cart_line"),
    path("cart/lines/<int:line_id>/remove", cart.remove, name="cart_remove"),
    path("cart/lines/<int:line_id>/offer-again", cart.offer_again, name="cart_offer_again"),
    path("cart/packs", cart.packs, name="cart_packs"),
    path("cart/fit", cart.apply_fit, name="cart_fit"),
    path("cart/fit/undo", cart.undo_fit, name="cart_fit_undo"),
    path("cart/swaps/accept", cart.accept, name="swap_accept"),
    path("cart/swaps/undo", cart.undo, name="swap_undo"),
    path("cart/swaps/dismiss", cart.dismiss, name="swap_dismiss"),
    path("cart/swaps/keep-mine", cart.keep_mine, name="swap_keep_mine"),
    path("checkout", checkout.page, name="checkout"),
    path("orders/<uuid:token>", checkout.order, name="order"),
    path("account/sign-in", account.SignIn.as_view(), name="sign_in"),
    path("account/sign-in/demo", account.sign_in_demo, name="sign_in_demo"),
    path("account/sign-out", account.SignOut.as_view(), name="sign_out"),
    path("account/sign-up", account.SignUp.as_view(), name="sign_up"),
    path("account/diet", account.diet, name="diet"),
    path("privacy", pages.privacy, name="privacy"),
]
