package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// The tokens as the tests write them.
type tokens struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
	Scope   any    `json:"scope"`
}

func ours(token *oauth2.Token, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return tokens{token.AccessToken, token.RefreshToken, token.Extra("scope")}, nil
}

var authStyles = map[string]oauth2.AuthStyle{
	"basic": oauth2.AuthStyleInHeader,
	"post":  oauth2.AuthStyleInParams,
	"none":  oauth2.AuthStyleInParams,
	// What the library does where its caller says nothing: it tries HTTP Basic, and after a refusal the body.
	"unknown": oauth2.AuthStyleAutoDetect,
}

// linkingVerbs speaks golang.org/x/oauth2, which knows neither revocation nor introspection.
func linkingVerbs(given settings) verbs {
	at := given.Issuer + "/alexa"
	config := &oauth2.Config{
		ClientID:     given.Client,
		ClientSecret: given.Secret,
		RedirectURL:  given.Callback,
		Scopes:       given.Scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL:       at + "/authorize",
			DeviceAuthURL: at + "/device_authorization",
			TokenURL:      at + "/token",
			AuthStyle:     authStyles[given.Method],
		},
	}
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	ctx := context.Background()
	var device *oauth2.DeviceAuthResponse

	return verbs{
		"authorizationUrl": func([]json.RawMessage) (any, error) {
			if !given.Pkce {
				return config.AuthCodeURL(state), nil
			}
			return config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), nil
		},
		"exchange": func(words []json.RawMessage) (any, error) {
			callback, err := url.Parse(text(words[0]))
			check(err)
			// The library leaves what came back to its caller.
			query := callback.Query()
			if refused := query.Get("error"); refused != "" {
				return nil, errors.New(refused)
			}
			if query.Get("state") != state {
				return nil, errors.New("the state is of another sign-in")
			}
			if !given.Pkce {
				return ours(config.Exchange(ctx, query.Get("code")))
			}
			return ours(config.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(verifier)))
		},
		"refresh": func(words []json.RawMessage) (any, error) {
			expired := &oauth2.Token{RefreshToken: read(words[0]).Refresh, Expiry: time.Unix(1, 0)}
			return ours(config.TokenSource(ctx, expired).Token())
		},
		"callApi": func(words []json.RawMessage) (any, error) {
			client := config.Client(ctx, &oauth2.Token{AccessToken: read(words[0]).Access})
			answer, err := client.Post(given.Issuer+"/api", "application/json", strings.NewReader(`{"command":"players/all"}`))
			if err != nil {
				return nil, err
			}
			return answer.StatusCode, answer.Body.Close()
		},
		"begin": func([]json.RawMessage) (answer any, err error) {
			device, err = config.DeviceAuth(ctx)
			return device, err
		},
		// Asks every five seconds until somebody has answered.
		"untilAnswered": func([]json.RawMessage) (any, error) {
			return ours(config.DeviceAccessToken(ctx, device))
		},
	}
}

func read(word json.RawMessage) (said tokens) {
	check(json.Unmarshal(word, &said))
	return said
}
