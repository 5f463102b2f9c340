"""The federation endpoints, as others meet them."""
