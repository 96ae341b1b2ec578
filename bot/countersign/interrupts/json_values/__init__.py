"""JSON values: conversion from Python values, equality, pointers, and the marker for an absent value."""
