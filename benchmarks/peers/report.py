def tables(found): return ""
