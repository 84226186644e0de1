"""marshmallow, with its companions for Flask and SQLAlchemy."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="marshmallow",
    source="https://marshmallow.readthedocs.io/en/stable/marshmallow.schema.html, "
    "https://marshmallow-sqlalchemy.readthedocs.io/en/latest/, https://flask-marshmallow.readthedocs.io/en/latest/",
    packages=("marshmallow", "marshmallow_sqlalchemy", "flask_marshmallow"),
    dto_bases=(
        "marshmallow.Schema", "marshmallow_sqlalchemy.SQLAlchemySchema", "marshmallow_sqlalchemy.SQLAlchemyAutoSchema",
        "flask_marshmallow.Schema", "flask_marshmallow.Marshmallow.Schema", "flask_marshmallow.sqla.SQLAlchemySchema",
        "flask_marshmallow.sqla.SQLAlchemyAutoSchema",
    ),
)  # fmt: skip
