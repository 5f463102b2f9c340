"""LDAP: the only room that knows ldap3. `source.LdapSource` asks a directory, `embedded` is a small one of
our own.
"""
