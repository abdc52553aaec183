//! What each column is for, as `turnup columns` and the notes of a blank workbook say it; the English text stands in the table
//! of columns.

/// English and Portuguese of Brazil.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("First line of the address; at most 50 characters.", "Primeira linha do endereço; no máximo 50 caracteres."),
    ("Second line of the address; at most 50 characters.", "Segunda linha do endereço; no máximo 50 caracteres."),
    ("City.", "Cidade."),
    (
        "State or province as ISO 3166-2 code without the country; needed where the country's addresses have one.",
        "Estado ou província como código ISO 3166-2 sem o país; necessário onde os endereços do país têm um.",
    ),
    (
        "Postal code; needed where the country's addresses have one.",
        "Código postal (CEP); necessário onde os endereços do país têm um.",
    ),
    ("Country as ISO 3166-1 alpha-2 code.", "País como código ISO 3166-1 alfa-2."),
    (
        "Language of e-mails and screens, ll or ll_cc; blank takes the customer's, then the template's default, then en_us.",
        "Idioma de e-mails e telas, ll ou ll_pp; em branco vale o do cliente, depois o padrão do modelo, depois en_us.",
    ),
    ("Language of announcements; blank takes `language`.", "Idioma dos anúncios; em branco vale `language`."),
    (
        "Spare numbers of the location: a `;` list of E.164 numbers and +first-+last ranges.",
        "Números de reserva da localidade: uma lista, separada por `;`, de números E.164 e faixas +primeiro-+último.",
    ),
    (
        "`active` (default), or `inactive` to stage the numbers until porting day.",
        "`active` (padrão), ou `inactive` para deixar os números preparados até o dia da portabilidade.",
    ),
    (
        "The location's main number; joins its numbers by itself.",
        "O número principal da localidade; junta-se por si só aos números dela.",
    ),
    (
        "What connects the location to the telephone network: an option's id or exact display name, trunk:ID or route_group:ID; blank takes what the organisation has.",
        "O que liga a localidade à rede telefônica: o id ou o nome exato de uma opção, trunk:ID ou route_group:ID; em branco vale o que a organização tem.",
    ),
    (
        "SIP header value for emergency calls, where the country asks for it.",
        "Valor do cabeçalho SIP para chamadas de emergência, onde o país o pede.",
    ),
    (
        "`yes` registers the location's own address for emergency calls, if Webex's look-up leaves it as it is; blank takes the template's `emergency_address`.",
        "`yes` registra o endereço da própria localidade para chamadas de emergência, se a consulta do Webex o deixa como está; em branco vale o `emergency_address` do modelo.",
    ),
    (
        "`main_number`: after an emergency call the location's main number is called back; blank takes the template's `emergency_callback`.",
        "`main_number`: depois de uma chamada de emergência retorna-se ao número principal da localidade; em branco vale o `emergency_callback` do modelo.",
    ),
    (
        "Your own key for the customer; unique, and never changed.",
        "A sua própria chave para o cliente; única, e nunca mudada.",
    ),
    ("Company name; no `%`.", "Nome da empresa; sem `%`."),
    (
        "E-mail of the customer's first administrator; should also be a row of the users sheet.",
        "E-mail do primeiro administrador do cliente; deve ser também uma linha da planilha de usuários.",
    ),
    ("Name of the onboarding template in templates.toml.", "Nome do modelo de integração em templates.toml."),
    ("Packages sold to the customer, joined by `;`.", "Pacotes vendidos ao cliente, separados por `;`."),
    (
        "How many of a package the customer may hold: package=number, joined by `;`.",
        "Quantos de um pacote o cliente pode ter: pacote=número, separados por `;`.",
    ),
    (
        "Partner Hub's tick box that the location is supported; needed here or in the template.",
        "A caixa de seleção do Partner Hub de que a localidade é atendida; necessária aqui ou no modelo.",
    ),
    (
        "Name of the headquarters location; blank means `Headquarters`.",
        "Nome da localidade da sede; em branco é `Headquarters`.",
    ),
    (
        "IANA time zone of the headquarters; needed when a calling package is sold.",
        "Fuso horário IANA da sede; necessário quando um pacote com Calling é vendido.",
    ),
    (
        "Id of an existing Webex organisation to attach to; blank makes a new one.",
        "Id de uma organização Webex existente a que o cliente é anexado; em branco cria uma nova.",
    ),
    ("The wave the customer is moved in.", "A onda em que o cliente é migrado."),
    (
        "Blank creates or updates; `delete` takes it away, `skip` leaves the row out.",
        "Em branco cria ou atualiza; `delete` exclui, `skip` deixa a linha de fora.",
    ),
    ("The customer's `external_id`.", "O `external_id` do cliente."),
    (
        "Name of the branch; unique within the customer, at most 80 characters.",
        "Nome da filial; único dentro do cliente, no máximo 80 caracteres.",
    ),
    ("IANA time zone of the branch.", "Fuso horário IANA da filial."),
    ("Given name.", "Nome."),
    ("Family name.", "Sobrenome."),
    (
        "The person's e-mail; their identity in Webex, so unique.",
        "O e-mail da pessoa; a identidade dela no Webex, portanto único.",
    ),
    ("The one package the person gets.", "O único pacote que a pessoa recebe."),
    (
        "Name of the location of a calling user; blank means the headquarters while the customer has no branch.",
        "Nome da localidade de um usuário de Calling; em branco é a sede enquanto o cliente não tem filial.",
    ),
    (
        "The person's number in E.164; a calling user needs it, an extension, or both.",
        "O número da pessoa em E.164; um usuário de Calling precisa dele, de um ramal, ou de ambos.",
    ),
    (
        "Two to ten digits; a calling user needs it, a number, or both.",
        "De dois a dez dígitos; um usuário de Calling precisa dele, de um número, ou de ambos.",
    ),
    ("Administrator role.", "Função de administrador."),
];
