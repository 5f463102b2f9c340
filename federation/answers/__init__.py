"""Answers: owns the signed answers of federation endpoints: what they say, and how a reader verifies them.

Pure. Imports statement and keys: what is inside an answer (chains, marks) is for others to judge.
"""
