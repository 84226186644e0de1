class ShopError(Exception):
    """An expected failure, told in the shop's own words."""


class NotFound(ShopError):
    pass


class Conflict(ShopError):
    pass


class NotIdentified(ShopError):
    pass


class NotAllowed(ShopError):
    pass


class PaymentDeclined(ShopError):
    pass
