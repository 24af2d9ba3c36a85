# make demo   a presenter speaks a sentence (AUDIO=song.wav AVATAR=me.jpg for your own)
# make test   lint, every test, and a batch that is killed ten times
.DEFAULT_GOAL := help
SHELL := /bin/bash
PREFIX ?= /usr/local
AUDIO ?= out/demo.wav
AVATAR ?=
SENTENCE ?= Hello! Give me any voice or song, and a face, and I will make its lips follow the sound.
BUILD = swift build -c release --static-swift-stdlib --product avatar
BINARY = .build/release/avatar

.PHONY: help demo build test lint format install uninstall dependencies clean

help:
	@sed -n 's/^# make/make/p' Makefile
	@echo 'make build, install (PREFIX=/usr/local), uninstall, lint, format, clean'

dependencies:
	@scripts/install-dependencies

build: dependencies
	$(BUILD)

demo: build
	@mkdir -p out
	@if [ '$(AUDIO)' = out/demo.wav ]; then espeak-ng -v en-us -s 155 -w out/demo.wav '$(SENTENCE)'; fi
	$(BINARY) speak --audio '$(AUDIO)' $(if $(AVATAR),--avatar '$(AVATAR)') -o out/demo.mp4 --force
	@echo 'Look at out/demo.mp4'

test: dependencies lint
	$(BUILD)
	AVATAR_BINARY='$(CURDIR)/$(BINARY)' swift test --disable-xctest
	scripts/kill-test --kills 10 --avatar $(BINARY)

lint:
	swift format lint --strict -r Sources Tests Package.swift
	python3 scripts/check-imports.py
	python3 scripts/check-sizes.py

format:
	swift format -i -r Sources Tests Package.swift

install: build
	install -D -m 755 $(BINARY) '$(DESTDIR)$(PREFIX)/bin/avatar'
	$(BINARY) --generate-completion-script bash | install -D -m 644 /dev/stdin \
	  '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/avatar'
	$(BINARY) --generate-completion-script zsh | install -D -m 644 /dev/stdin \
	  '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_avatar'
	$(BINARY) --generate-completion-script fish | install -D -m 644 /dev/stdin \
	  '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/avatar.fish'

uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/avatar' \
	  '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/avatar' \
	  '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_avatar' \
	  '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/avatar.fish'

clean:
	rm -rf .build out
