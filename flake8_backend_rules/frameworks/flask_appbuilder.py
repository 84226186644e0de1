"""Flask-AppBuilder."""

from flake8_backend_rules.frameworks.schema import Framework, Role

FRAMEWORK = Framework(
    name="Flask-AppBuilder",
    source="https://flask-appbuilder.readthedocs.io/en/latest/api.html",
    packages=("flask_appbuilder",),
    decorators=dict.fromkeys(("flask_appbuilder.expose", "flask_appbuilder.baseviews.expose", "flask_appbuilder.api.expose"), Role.HTTP),
    web_modules=("flask_appbuilder.api", "flask_appbuilder.baseviews", "flask_appbuilder.views"),
    orm_bases=("flask_appbuilder.Model", "flask_appbuilder.models.sqla.Model"),
)
