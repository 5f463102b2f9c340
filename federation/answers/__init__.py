"""Answers: owns the signed answers of federation endpoints: what they say, and how a reader verifies them.

Pure. Imports keys and nothing else of ours: what is inside an answer (chains, marks) is for others to judge.
"""
