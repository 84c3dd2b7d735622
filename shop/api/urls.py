"""The store's part of /api/."""

from django.urls import path

from shop.api import cart, checkout, favourites, fit, orders, products, swaps

urlpatterns = [
    path("products", products.Products.as_view(), name="api_products"),
    path("products/<int:pk>", products.OneProduct.as_view(), name="api_product"),
    path("cart", cart.Cart.as_view(), name="api_cart"),
    path("cart/budget", cart.Budget.as_view(), name="api_budget"),
    path("cart/lines", cart.Lines.as_view(), name="api_lines"),
    path("cart/lines/<int:pk>", cart.Line.as_view(), name="api_line"),
    path("cart/fit", fit.Fit.as_view(), name="api_fit"),
    path("cart/swaps", swaps.Swaps.as_view(), name="api_swaps"),
    path("cart/swaps/undo", swaps.Undo.as_view(), name="api_swap_undo"),
    path("cart/swaps/dismiss", swaps.Dismiss.as_view(), name="api_swap_dismiss"),
    path("checkout", checkout.Checkout.as_view(), name="api_checkout"),
    path("favourites", favourites.Favourites.as_view(), name="api_favourites"),
    path("favourites/<int:pk>", favourites.OneFavourite.as_view(), name="api_favourite"),
    path("orders", orders.Orders.as_view(), name="api_orders"),
    path("orders/<uuid:token>", orders.OneOrder.as_view(), name="api_order"),
    path("orders/<uuid:token>/again", orders.Again.as_view(), name="api_order_again"),
]
