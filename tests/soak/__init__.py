"""Many parties for a long time, with phones that come and go and a server that is killed: does it wear out?"""
