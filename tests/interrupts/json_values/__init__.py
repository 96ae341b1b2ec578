"""JSON values: conversion, equality, pointers, digests."""
