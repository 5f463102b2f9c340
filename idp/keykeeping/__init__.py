"""Key keeping: owns that both rings turn while a node runs, and what people may ask of them.

Each process serves and signs with the rings (a replica), says so, and writes down what it signed and saw; one
of them leads and turns the wheel. What may happen when is decided in `keys`, purely; here it is carried out.
"""
