from shop.models import Product
from shop.repositories.base import BaseRepository


class ProductRepository(BaseRepository[Product]):
    model = Product
