"""Everything that touches sound or pictures. Plain Python: no Django, no Celery, no vendor SDK.

``audio`` hears, ``shaders`` draws, ``compose`` cuts. Each is usable on its own.
"""
