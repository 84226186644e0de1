"""DB-API drivers of MySQL, and the asyncio wrappers of DB-API drivers."""

from flake8_backend_rules.frameworks.schema import Framework

# Driver: (connection, cursor)
_CLASSES = {
    "pymysql": ("pymysql.connections.Connection", "pymysql.cursors.Cursor"),
    "MySQLdb": ("MySQLdb.connections.Connection", "MySQLdb.cursors.Cursor"),
    "mysql.connector": ("mysql.connector.connection.MySQLConnection", "mysql.connector.cursor.MySQLCursor"),
    "aiomysql": ("aiomysql.Connection", "aiomysql.Cursor"),
    "aiopg": ("aiopg.Connection", "aiopg.Cursor"),
}
_POOLED = ("aiomysql", "aiopg")

FRAMEWORK = Framework(
    name="Other database drivers",
    source="https://peps.python.org/pep-0249/, https://pymysql.readthedocs.io/en/latest/modules/, https://mysqlclient.readthedocs.io/, "
    "https://dev.mysql.com/doc/connector-python/en/, https://aiomysql.readthedocs.io/en/stable/, https://aiopg.readthedocs.io/en/stable/",
    packages=("pymysql", "MySQLdb", "mysql", "aiomysql", "aiopg"),
    returns={
        **{f"{driver}.connect": connection for driver, (connection, _) in _CLASSES.items()},
        **{f"{connection}.cursor": cursor for connection, cursor in _CLASSES.values()},
        **{f"{driver}.create_pool": f"{driver}.Pool" for driver in _POOLED},
        **{f"{driver}.Pool.acquire": f"{driver}.Connection" for driver in _POOLED},
        "aiopg.Pool.cursor": "aiopg.Cursor",
    },
    sessions=tuple(name for classes in _CLASSES.values() for name in classes),
)
