package connect;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An API that verifies access tokens, and a web app with sign-in; their settings are in application.yaml. */
@RestController
@SpringBootApplication
class Api {
    public static void main(String[] arguments) {
        SpringApplication.run(Api.class, arguments);
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        return http
            .authorizeHttpRequests(request -> request
                .requestMatchers("/projects").hasAuthority("SCOPE_app.focusmark.api.project/project.read")
                .anyRequest().hasAuthority("OIDC_USER"))
            .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults())) // requests to the API
            .oauth2Login(Customizer.withDefaults()) // sign-in with a browser
            .build();
    }

    @GetMapping("/projects")
    String projects(Authentication caller) {
        return caller.getName();
    }

    @GetMapping("/me")
    String me(Authentication person) {
        return person.getName();
    }
}
