"""Records: owns durable data, in SQL. Does not know HTTP, tokens or journeys.

SQLAlchemy Core and Alembic live here and nowhere else. Imports the domain's nouns, keys' protocols and our
errors. One small repository per noun; each verb is one transaction and raises `Unavailable("records")` when
SQL does not answer.
"""
