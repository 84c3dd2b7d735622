"""django-oscar with our products, as a yardstick."""
