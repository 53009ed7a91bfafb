package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
	"golang.org/x/oauth2"
)

// An app with the SDK's own OAuth handler: it is told an address, and where its user came back to.
type app struct {
	asks      chan string
	callbacks chan string
	connected chan error
	session   *mcp.ClientSession
	memory    *memory
}

// What the app keeps: it can have been away for so long that its access token is over.
type memory struct {
	oauth2.TokenSource
	renew func() oauth2.TokenSource
}

func mcpVerbs(given settings) verbs {
	it := &app{asks: make(chan string), callbacks: make(chan string), connected: make(chan error)}
	handler, err := auth.NewAuthorizationCodeHandler(it.config(given))
	check(err)
	return verbs{
		// Answers where the user has to go, or nothing once the app is connected.
		"connect": func([]json.RawMessage) (any, error) {
			go func() { it.connected <- it.connect(given.Server, handler) }()
			return it.untilNeeded()
		},
		"finish": func(words []json.RawMessage) (any, error) {
			it.callbacks <- text(words[0])
			return it.untilNeeded()
		},
		"callTool": func(words []json.RawMessage) (any, error) {
			result, err := it.session.CallTool(context.Background(), &mcp.CallToolParams{Name: text(words[0])})
			if err != nil {
				return nil, err
			}
			return result.Content[0].(*mcp.TextContent).Text, nil
		},
		"anHourLater": func([]json.RawMessage) (any, error) {
			it.memory.TokenSource = it.memory.renew()
			return nil, nil
		},
	}
}

func (it *app) connect(server string, handler auth.OAuthHandler) (err error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "app", Version: "1.0.0"}, nil)
	transport := &mcp.StreamableClientTransport{Endpoint: server, OAuthHandler: handler}
	it.session, err = client.Connect(context.Background(), transport, nil)
	return err
}

func (it *app) untilNeeded() (any, error) {
	select {
	case url := <-it.asks:
		return url, nil
	case err := <-it.connected:
		return "", err
	}
}

// config says all ways of becoming known that the test has given; the SDK picks one.
func (it *app) config(given settings) *auth.AuthorizationCodeHandlerConfig {
	config := &auth.AuthorizationCodeHandlerConfig{
		RedirectURL: given.Callback,
		AuthorizationCodeFetcher: func(_ context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			it.asks <- args.URL
			callback, err := url.Parse(<-it.callbacks)
			check(err)
			query := callback.Query()
			if refused := query.Get("error"); refused != "" {
				return nil, errors.New(refused)
			}
			return &auth.AuthorizationResult{Code: query.Get("code"), State: query.Get("state"), Iss: query.Get("iss")}, nil
		},
		NewTokenSource: func(ctx context.Context, config *oauth2.Config, token *oauth2.Token) (oauth2.TokenSource, error) {
			renew := func() oauth2.TokenSource {
				expired := *token
				expired.Expiry = time.Unix(1, 0)
				return config.TokenSource(ctx, &expired)
			}
			it.memory = &memory{config.TokenSource(ctx, token), renew}
			return it.memory, nil
		},
	}
	switch {
	case given.Document != "":
		config.ClientIDMetadataDocumentConfig = &auth.ClientIDMetadataDocumentConfig{URL: given.Document}
	case given.Client != "":
		config.PreregisteredClient = &oauthex.ClientCredentials{ClientID: given.Client}
	default:
		config.DynamicClientRegistrationConfig = &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{
				ClientName:              "App in Go",
				RedirectURIs:            []string{given.Callback},
				GrantTypes:              []string{"authorization_code", "refresh_token"},
				TokenEndpointAuthMethod: "none",
			},
		}
	}
	return config
}
