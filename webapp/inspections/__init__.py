"""Inspections 检查: checklists in versions, answers, findings, scores, re-inspections."""
