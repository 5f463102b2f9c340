"""oauth: owns what an OAuth client may say to us and hears from us. Authlib's room, behind one door:

`provider.Provider`. Does not know Flask, pages, passwords or sessions. Requests and answers are values, so
that a paused sign-in resumes from the parameters it began with.
"""
