"""Accounts, trades, roles per site, devices, tickets, sign-in; duty."""
