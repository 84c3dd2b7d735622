from shop.models.carts import AcceptedSwap, Cart, CartLine, DismissedProduct
from shop.models.catalogue import Brand, CatalogueVersion, Category, PriceChange, Product
from shop.models.favourites import Favourite
from shop.models.members import DietProfile, Member
from shop.models.orders import Order, OrderLine

__all__ = [
    "AcceptedSwap",
    "Brand",
    "Cart",
    "CartLine",
    "CatalogueVersion",
    "Category",
    "DietProfile",
    "DismissedProduct",
    "Favourite",
    "Member",
    "Order",
    "OrderLine",
    "PriceChange",
    "Product",
]
